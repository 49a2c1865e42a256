"""Play: a crisis as a game for a room, on the rules and the engine. Sessions, seats, bots, views, and what to say afterwards."""
