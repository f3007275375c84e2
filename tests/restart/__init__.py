"""The controller dies and comes back: nobody on the phone notices."""
