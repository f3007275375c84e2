"""SIP words without sockets."""
