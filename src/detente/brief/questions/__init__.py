"""One module a question: it reads the run through the context and makes an answer."""
