"""A chat back end for AI agents that runs in one process: users, tabs, agents and their events."""
