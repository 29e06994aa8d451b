"""``--fix``: the declarations that violations propose, written without changing a statement."""
