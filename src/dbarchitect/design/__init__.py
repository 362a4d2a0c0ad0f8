"""From a brief to an architecture: `spec` is what a brief says, typed; readers make one, the rest starts from one."""
