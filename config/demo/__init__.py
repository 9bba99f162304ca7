"""The demo shop: «Лён и Клевер», an invented seller of linen with its whole history."""
