package meeting

// Act is what a paper does. The words are DESIGN.md's.
type Act string

// The acts. Only the first three can file a letter.
const (
	ActNominates    Act = "nominates"
	ActReplaces     Act = "replaces"
	ActTransmits    Act = "transmits" // passes on, in the paper itself, the names that another office decided
	ActWithdraws    Act = "withdraws"
	ActRegrets      Act = "regrets"
	ActAcknowledges Act = "acknowledges"
	ActThanks       Act = "thanks"
	ActAsks         Act = "asks"
	ActPromises     Act = "promises"
	ActProposes     Act = "proposes"
	ActInvites      Act = "invites"
	ActInforms      Act = "informs"
	ActInstructs    Act = "instructs" // within an office: a minute, a mission order
	ActElsewhere    Act = "elsewhere" // nominates for another meeting or body
	ActAutomatic    Act = "replies-automatically"
	ActOther        Act = "other"
)

// Acts lists all acts.
func Acts() []Act {
	return []Act{ActNominates, ActReplaces, ActTransmits, ActWithdraws, ActRegrets, ActAcknowledges, ActThanks, ActAsks, ActPromises,
		ActProposes, ActInvites, ActInforms, ActInstructs, ActElsewhere, ActAutomatic, ActOther}
}

// Nominates tells whether a paper of that act can file a letter.
func (a Act) Nominates() bool { return a == ActNominates || a == ActReplaces || a == ActTransmits }
