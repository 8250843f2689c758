"""The screens of the app, one module each; modules are loaded when their screen is first shown."""
