"""The demo: a small world with two enterprises, a simulated insurer and soft cards. Run by script/demo."""
