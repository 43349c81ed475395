"""Services of the chat back end: authentication and the execution context of a user."""
