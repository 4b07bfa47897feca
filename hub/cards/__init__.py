"""Cards: what may be signed with one, when its answer is believed, and the agent on the user's PC that asks it."""
