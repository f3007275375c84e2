"""Calls: one session conducts each call from arrival to its last fact.

Start with ``session`` and its two scripts: ``inbound`` (a line and its flow) and ``direct`` (an
agent dialled). While somebody of ours talks with the customer a ``conversation`` conducts;
``consultation``, ``supervision`` and ``referral`` are what may be asked of it, ``talks`` is the
door for the API, ``directory`` knows whom a call can go to. Pure are ``talk`` (who hears whom),
``lifecycle`` and ``record`` (the table of phases, the fold from facts to a call record),
``reconcile`` and ``restore`` (after a restart). ``journal`` keeps the facts, ``reception`` is where
the front door asks. Only ``app`` and the tests come in; sessions know their neighbours by protocol.
"""
