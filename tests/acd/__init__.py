"""The distribution: rules as tables of stories, its promises as properties, its thin part live."""
