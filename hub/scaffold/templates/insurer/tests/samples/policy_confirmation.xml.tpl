<?xml version='1.0' encoding='UTF-8'?>
<Message xmlns="urn:swhub:envelope:1">
  <Header>
    <MessageId>00000000-0000-4000-8000-000000000002</MessageId>
    <Type>PolicyConfirmation</Type>
    <Version>1.0</Version>
    <Sender>swhub</Sender>
    <Receiver>$partner</Receiver>
    <Enterprise>91610000MA6TX00X1A</Enterprise>
    <BusinessKey>A2026-00018233</BusinessKey>
    <Sequence>1</Sequence>
    <CreatedAt>2026-11-20T01:00:00Z</CreatedAt>
  </Header>
  <Body>
    <PolicyConfirmation xmlns="urn:swhub:micro_policy:1">
      <ApplicationNo>A2026-00018233</ApplicationNo>
      <ContactName>王小明</ContactName>
      <ContactMobile>13800000000</ContactMobile>
      <ContactEmail>trade@example.com</ContactEmail>
      <Remark>请尽快审核</Remark>
      <DeclarationVersion>1</DeclarationVersion>
      <DeclarationHash>abababababababababababababababababababababababababababababababab</DeclarationHash>
      <AcceptedAt>2026-11-20T01:00:00Z</AcceptedAt>
    </PolicyConfirmation>
  </Body>
</Message>
