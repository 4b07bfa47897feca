"""XML on its way in and out: bytes -> limits -> tree -> signature -> schema -> typed values, and back."""
