"""``python -m refugee_model`` is the shell."""

from refugee_model.cli import main

if __name__ == "__main__":
    main()
