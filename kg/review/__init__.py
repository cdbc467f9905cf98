"""What an item says, its fingerprint, the links between items, and what people judged about them."""
