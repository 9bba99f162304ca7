"""Reads websites: which addresses belong to a site, what its robots.txt and sitemaps say, what its pages say."""
