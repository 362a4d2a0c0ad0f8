"""The architect for coding agents: tools of the Model Context Protocol over the same functions as the command line."""
