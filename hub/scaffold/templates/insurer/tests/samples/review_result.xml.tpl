<?xml version='1.0' encoding='UTF-8'?>
<Message xmlns="urn:swhub:envelope:1">
  <Header>
    <MessageId>00000000-0000-4000-8000-000000000003</MessageId>
    <Type>ReviewResult</Type>
    <Version>1.0</Version>
    <Sender>$partner</Sender>
    <Receiver>swhub</Receiver>
    <Enterprise>91610000MA6TX00X1A</Enterprise>
    <BusinessKey>A2026-00018233</BusinessKey>
    <CorrelationId>00000000-0000-4000-8000-000000000002</CorrelationId>
    <Sequence>1</Sequence>
    <CreatedAt>2026-11-20T01:00:00Z</CreatedAt>
  </Header>
  <Body>
    <ReviewResult xmlns="urn:swhub:micro_policy:1">
      <ApplicationNo>A2026-00018233</ApplicationNo>
      <ResultCode>$review_code</ResultCode>
      <PolicyNo>P2026-00003680</PolicyNo>
      <ReviewedAt>2026-11-20T01:00:00Z</ReviewedAt>
    </ReviewResult>
  </Body>
</Message>
