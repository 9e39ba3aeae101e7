"""What a ZenML installation holds, taken over into a store: read, plan, bring, compare."""
