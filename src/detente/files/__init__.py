"""Files: written whole or not at all, read only where they are plain files, never through a link into the program's own folders."""
