"""What happens: the gate, and one short function per message."""
