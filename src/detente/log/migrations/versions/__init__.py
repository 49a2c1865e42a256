"""The steps, in the order that each says of itself."""
