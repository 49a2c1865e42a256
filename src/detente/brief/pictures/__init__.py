"""Pictures: specifications of charts, their shared parts and colours, and the way to SVG."""
