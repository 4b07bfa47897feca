<?xml version='1.0' encoding='UTF-8'?>
<Message xmlns="urn:swhub:envelope:1">
  <Header>
    <MessageId>00000000-0000-4000-8000-000000000001</MessageId>
    <Type>PolicyOffer</Type>
    <Version>1.0</Version>
    <Sender>$partner</Sender>
    <Receiver>swhub</Receiver>
    <Enterprise>91610000MA6TX00X1A</Enterprise>
    <BusinessKey>A2026-00018233</BusinessKey>
    <Sequence>1</Sequence>
    <CreatedAt>2026-11-20T01:00:00Z</CreatedAt>
  </Header>
  <Body>
    <PolicyOffer xmlns="urn:swhub:micro_policy:1">
      <ApplicationNo>A2026-00018233</ApplicationNo>
      <EnterpriseName>西安某某进出口有限公司</EnterpriseName>
      <Product>$product</Product>
      <ProductName>$name_zh_xml</ProductName>
      <ProgrammeYear>2026</ProgrammeYear>
      <Renewal>false</Renewal>
      <DeclarationVersion>1</DeclarationVersion>
      <DeclarationText>投保人确认以上信息真实无误。</DeclarationText>
      <ValidUntil>2026-12-20</ValidUntil>
    </PolicyOffer>
  </Body>
</Message>
