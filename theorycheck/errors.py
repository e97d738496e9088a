"""The three exceptions of theorycheck; each message says what was wrong, where, and what to pass instead."""


class TheorycheckError(Exception):
    """A mistake in what was asked for. The command line prints the message alone and exits with 2."""


class InvalidInstance(TheorycheckError):
    """Data, sizes, an activation or a hyperparameter that no theorem here can be about."""


class InvalidClaim(TheorycheckError):
    """An unknown claim or assumption, or a claim whose parts do not fit together."""


class CertificateError(TheorycheckError):
    """A file that is not a certificate of ours. It does not mean that a certificate was checked and failed."""
