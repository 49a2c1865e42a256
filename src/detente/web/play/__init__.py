"""Play in the browser: rooms, the links that open their seats, and the pages of seats, control and the public."""
