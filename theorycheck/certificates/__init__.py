"""Certificates and their stand-alone checker."""
