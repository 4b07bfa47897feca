<?xml version="1.0" encoding="UTF-8"?>
<PaymentRequest>
  <Reference>7f2504e04f8941d39a0c0305e82c33aa</Reference>
  <OrderNo>PO-1</OrderNo>
  <AgreementNo>A-1</AgreementNo>
  <PayerAccount>62220000000001</PayerAccount>
  <PayerName>西安示例进出口有限公司</PayerName>
  <PayeeAccount>62220000000009</PayeeAccount>
  <PayeeName>示例保险公司</PayeeName>
  <AmountFen>1472307</AmountFen>
  <Item>
    <BusinessNo>P-1</BusinessNo>
    <AmountFen>1472307</AmountFen>
  </Item>
</PaymentRequest>
