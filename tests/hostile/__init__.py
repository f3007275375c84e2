"""What the internet does to a SIP port, done to a real server: scanners, floods, rubbish. Each test
starts a server of its own (``callserver.testing.rig``)."""
