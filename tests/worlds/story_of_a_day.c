/* story_of_a_day.c: a short history with a bit of everything, for tests: story.h says what is in it. */
#include "tests/worlds/story.h"

void story_of_a_day(struct story *story)
{
    const Concordat__V1__OfferEnd declined = CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED;
    const Concordat__V1__OfferEnd accepted = CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED;
    story_policy(story);
    /* 1: declined by north, accepted by south, seen after 100 minutes, closed. */
    story_receive(story, 1,
                  (struct story_person){.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                        .urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                        .age = 34,
                                        .decided = CONCORDAT__V1__BASIS__BASIS_STATED,
                                        .decided_min = -6,
                                        .place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED,
                                        .transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_AMBULANCE,
                                        .arrived_min = -30});
    story_offer(story, 1, 1, "north");
    story_at(story, 3);
    story_end_offer(story, 1, 1, "north", declined,
                    CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION);
    story_offer(story, 1, 2, "south");
    story_at(story, 8);
    story_end_offer(story, 1, 2, "south", accepted, 0);
    story_accept(story, 1, 2, "south", "");
    story_at(story, 9);
    story_told(story, 1, CONCORDAT__V1__STATE__STATE_ACCEPTED);
    /* 2: from a department; its one offer runs out; held, then taken by the coordinator; still open. */
    story_at(story, 10);
    story_receive(story, 2,
                  (struct story_person){.source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                        .urgency = CONCORDAT__V1__URGENCY__URGENCY_URGENT,
                                        .age = 16,
                                        .decided = CONCORDAT__V1__BASIS__BASIS_IMPUTED,
                                        .decided_min = 10});
    story_offer(story, 2, 1, "liaison");
    story_at(story, 20);
    story_end_offer(story, 2, 1, "liaison", CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED, 0);
    story_hold(story, 2, CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ALL_ASKED);
    story_at(story, 25);
    story_take(story, 2);
    /* 3: a drill. */
    story_receive(story, 3,
                  (struct story_person){.source = CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION,
                                        .urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                        .age = 50,
                                        .drill = true});
    story_offer(story, 3, 1, "north");
    story_at(story, 70);
    story_breach(story, 2, CONCORDAT__V1__CLOCK__CLOCK_RESPONSE);
    story_at(story, 90);
    story_contact(story, 1, "south", false);
    story_at(story, 100);
    story_contact(story, 1, "south", true);
    story_at(story, 130);
    story_finish(story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_CRISIS_HOME_TREATMENT);
}
