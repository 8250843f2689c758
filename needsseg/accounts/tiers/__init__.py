"""The tiers of an account: size and region, needs, behaviour, lifecycle; and what is summed over them."""
