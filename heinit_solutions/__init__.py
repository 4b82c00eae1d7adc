"""heinit"""
