"""The library: a function behind each command, which takes what Python holds and gives a solution. It never prints."""
