"""Values where a program wants them: in the environment of a command, or in a file made from a template."""
