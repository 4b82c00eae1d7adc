"""The course's figures: one style, colours with a meaning, and `show`, which gives alt text.

The first figure makes the style the default of new figures. `show` makes and shows figures, `marks` is what
many figures draw, `style` the colours, `numbers` how a number is written; `narrow` lays a
figure out for a telephone. Matplotlib is imported where something is drawn, so that checks need NumPy alone.
"""
