"""Fifteen sliders and a line that Python writes, in Streamlit."""

import streamlit as st  # type: ignore[import-not-found]

answers = [st.slider(f"q{number:02d}", 0, 10, 0) for number in range(1, 16)]
st.write(f"Python has {answers[0]}")
