"""Parts of ``compile_ukraine_2022``."""
