"""What institutions are asked, and what they answer: referrals and checks of attendance."""
