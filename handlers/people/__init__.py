"""Who is here: joining, settings, absences, teams; and what people ask and announce to one another."""
