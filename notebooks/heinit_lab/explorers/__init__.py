"""Pictures that move under a slider, a module for each lesson that has one."""

from heinit_lab.explorers.explorer import Explorer, Frame, Slider

__all__ = ["Explorer", "Frame", "Slider"]
