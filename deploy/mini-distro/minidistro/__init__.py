"""Makes a small RPM distribution out of Debian's packages; see ../README.md."""
