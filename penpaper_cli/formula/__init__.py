"""The formula language, and what is written in it: programs, networks and the rules of their updates."""
