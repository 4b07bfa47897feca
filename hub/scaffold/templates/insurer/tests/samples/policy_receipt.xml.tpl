<?xml version='1.0' encoding='UTF-8'?>
<Message xmlns="urn:swhub:envelope:1">
  <Header>
    <MessageId>00000000-0000-4000-8000-000000000005</MessageId>
    <Type>PolicyReceipt</Type>
    <Version>1.0</Version>
    <Sender>swhub</Sender>
    <Receiver>$partner</Receiver>
    <Enterprise>91610000MA6TX00X1A</Enterprise>
    <BusinessKey>P2026-00003680</BusinessKey>
    <Sequence>1</Sequence>
    <CreatedAt>2026-11-20T01:00:00Z</CreatedAt>
  </Header>
  <Body>
    <PolicyReceipt xmlns="urn:swhub:micro_policy:1">
      <PolicyNo>P2026-00003680</PolicyNo>
      <ReceivedAt>2026-11-20T01:00:00Z</ReceivedAt>
    </PolicyReceipt>
  </Body>
</Message>
