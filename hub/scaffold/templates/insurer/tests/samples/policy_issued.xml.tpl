<?xml version='1.0' encoding='UTF-8'?>
<Message xmlns="urn:swhub:envelope:1">
  <Header>
    <MessageId>00000000-0000-4000-8000-000000000004</MessageId>
    <Type>PolicyIssued</Type>
    <Version>1.0</Version>
    <Sender>$partner</Sender>
    <Receiver>swhub</Receiver>
    <Enterprise>91610000MA6TX00X1A</Enterprise>
    <BusinessKey>P2026-00003680</BusinessKey>
    <Sequence>1</Sequence>
    <CreatedAt>2026-11-20T01:00:00Z</CreatedAt>
  </Header>
  <Body>
    <PolicyIssued xmlns="urn:swhub:micro_policy:1">
      <PolicyNo>P2026-00003680</PolicyNo>
      <ApplicationNo>A2026-00018233</ApplicationNo>
      <PolicyType>$name_zh_xml</PolicyType>
      <ProductName>$name_zh_xml</ProductName>
      <EnterpriseName>西安某某进出口有限公司</EnterpriseName>
      <EffectiveDate>2026-11-20</EffectiveDate>
      <ExpiryDate>2027-11-19</ExpiryDate>
      <StatusCode>$issued_code</StatusCode>
      <IssuedAt>2026-11-20T01:00:00Z</IssuedAt>
    </PolicyIssued>
  </Body>
</Message>
