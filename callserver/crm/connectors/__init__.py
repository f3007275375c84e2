"""Connectors: CRMs that are told of calls in their own words, over the outbox of the webhooks.

A connector is pure: ``base`` says what one has to know, each CRM has a small file. ``courier`` does
what a connector asks for and takes its place in the deliverer as a ``Sender``; ``tokens`` keeps
OAuth alive; ``directory`` makes them of the configuration; ``errands`` does what CRMs ask for.
Every record in a CRM carries our id of the call, or our call has the CRM's, so that after an answer
that was lost the connector finds what is there already.
"""
