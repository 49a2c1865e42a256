"""A server of language models on the loopback address whose answers a test makes."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Fake:
    """A server whose answers are made by a function of the number of the request and the prompt."""

    def __init__(self, answer):
        self.answer, self.requests, self.headers = answer, [], []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.requests.append((self.path, body))
                fake.headers.append(dict(self.headers))
                told = json.loads(body["messages"][1]["content"])
                status, raw, more = fake.answer(len(fake.requests), told)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                try:
                    self.wfile.write(raw)
                except OSError:  # who asked has gone
                    self.close_connection = True

            def log_message(self, *_given):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@contextmanager
def serving(answer):
    fake = Fake(answer)
    thread = threading.Thread(target=fake.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.server.shutdown()
        fake.server.server_close()
        thread.join()


def says(content, status=200, **more):
    raw = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    return status, raw, more


def first_open(told):
    return [menu["open"][0]["id"] for menu in told["menus"]]


def last_open(told):
    return [menu["open"][-1]["id"] for menu in told["menus"]]
