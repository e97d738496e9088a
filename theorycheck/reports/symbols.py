"""Mathematical characters and the names that LaTeX has for them."""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


GREEK = _pairs("""
    α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho
    σ sigma ς varsigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega ϱ varrho ϕ phi ϑ vartheta ϵ epsilon ϖ varpi
    Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega
""")
"""Character to name, without the backslash."""

SIGNS = _pairs("""
    ↑ uparrow ↓ downarrow
    ± pm ∓ mp × times · cdot ⋅ cdot ÷ div ≤ le ≥ ge ≠ ne ≈ approx ≡ equiv ∼ sim ≪ ll ≫ gg ⪰ succeq ⪯ preceq ≻ succ
    ≺ prec ∝ propto ∈ in ∉ notin ⊂ subset ⊆ subseteq ∪ cup ∩ cap ∅ emptyset ∞ infty ∀ forall ∃ exists ¬ neg ∧ wedge
    ∨ vee ⇒ Rightarrow ⇔ Leftrightarrow ⟺ Longleftrightarrow → to ← leftarrow ↦ mapsto ↔ leftrightarrow ∇ nabla
    ∂ partial ∑ sum ∏ prod ∫ int ‖ Vert ∥ Vert ∘ circ ⊗ otimes ⊕ oplus ⊙ odot ⊥ perp ⟂ perp ⟨ langle ⟩ rangle
    ⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ℓ ell † dagger ∣ mid ⋯ cdots ∖ setminus ⊤ top
""")
"""Character to name, without the backslash."""

ALIASES = _pairs("""
    leq ≤ geq ≥ neq ≠ rightarrow → implies ⇒ iff ⇔ lVert ‖ rVert ‖ vert | lvert | rvert | dots … ldots … dotsc … dotsb ⋯
    # # parallel ∥ land ∧ lor ∨ colon : prime ′ ast ∗ varnothing ∅ { { } } | ‖ gets ← lbrace { rbrace }
""")
"""Further names, and the characters that they stand for."""
