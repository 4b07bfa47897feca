"""What a user may enter, one marshmallow schema per form, with labels, hints and messages in both languages."""
