"""What the compiler of ``kuwait-1990`` needs beside the shared machinery."""
